/** Who asks: as the audit log calls them. */
export type Actor = 'owner' | 'command-line';
