/** Words of names that devices fetch their software from, between dots or hyphens, with or without a number behind. */
const UPDATE_WORDS =
  /(?:^|[.-])(?:updates?|upgrades?|firmware|fw|fota|ota|swupdate|softwareupdates?|swdl)\d*(?=[.-]|$)/;

/** Whether a name looks like an update server's; what is fetched there is not known. */
export function isUpdateName(name: string): boolean {
  return UPDATE_WORDS.test(name);
}
