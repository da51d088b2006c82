/** Names of link types that are counted but not read (www.tcpdump.org/linktypes.html). */
const NAMES = new Map<number, string>([
  [3, 'AX25'],
  [6, 'IEEE802_5'],
  [7, 'ARCNET_BSD'],
  [8, 'SLIP'],
  [10, 'FDDI'],
  [11, 'ATM_RFC1483'],
  [99, 'SYMANTEC_FIREWALL'],
  [100, 'ATM_RFC1483'],
  [106, 'ATM_CLIP'],
  [107, 'FRELAY'],
  [114, 'LTALK'],
  [117, 'PFLOG'],
  [122, 'IP_OVER_FC'],
  [123, 'SUNATM'],
  [129, 'ARCNET_LINUX'],
  [138, 'APPLE_IP_OVER_IEEE1394'],
  [140, 'MTP2'],
  [141, 'MTP3'],
  [147, 'USER0'],
  [149, 'USER2'],
  [165, 'BACNET_MS_TP'],
  [166, 'PPP_PPPD'],
  [187, 'BLUETOOTH_HCI_H4'],
  [189, 'USB_LINUX'],
  [195, 'IEEE802_15_4_WITHFCS'],
  [201, 'BLUETOOTH_HCI_H4_WITH_PHDR'],
  [220, 'USB_LINUX_MMAPPED'],
  [227, 'CAN_SOCKETCAN'],
  [230, 'IEEE802_15_4_NOFCS'],
  [231, 'DBUS'],
  [235, 'DVB_CI'],
  [239, 'NFLOG'],
  [242, 'IPOIB'],
  [247, 'INFINIBAND'],
  [249, 'USBPCAP'],
  [251, 'BLUETOOTH_LE_LL'],
  [252, 'WIRESHARK_UPPER_PDU'],
  [253, 'NETLINK'],
  [256, 'BLUETOOTH_LE_LL_WITH_PHDR'],
]);

const REASONS = new Map<number, string>();
/** A capture may name 65,536 link types; the reasons of the first few hundred are kept for reuse. */
const MAX_REASONS = 256;

/** `link-type-N` and the name where it is known; the same string each time, so that a hot path makes none. */
export function linkTypeReason(linkType: number): string {
  const known = REASONS.get(linkType);
  if (known !== undefined) return known;
  const name = NAMES.get(linkType);
  const reason = name === undefined ? `link-type-${linkType}` : `link-type-${linkType} ${name}`;
  if (REASONS.size < MAX_REASONS) REASONS.set(linkType, reason);
  return reason;
}
