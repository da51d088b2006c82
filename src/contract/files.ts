/** Files that agent and command line both know, by name. */

/** Run folder: kernel parameters as they were before SPIN changed them. */
export const KERNEL_SETTINGS = 'kernel-settings.json';
/** State folder: the policy that was last in force. */
export const KEPT_POLICY = 'policy.json';
/** State folder: "spin panic-off" was said. While the file is there the agent leaves the firewall alone. */
export const SWITCHED_OFF = 'enforcement-off';
