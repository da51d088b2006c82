/** Pages that the header leads to; each is the address `#/` and its name, `home` is `#/`. */
export const PAGES = ['home', 'rules', 'groups', 'preferences', 'log'] as const;
export type PageName = (typeof PAGES)[number];
export type Route = { page: PageName } | { page: 'device'; id: string };

/** Where the page is, kept in the address's fragment so that back, forward and links work. */
class Router {
  current = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.current = parseRoute(location.hash);
    });
  }
}

export function parseRoute(hash: string): Route {
  const match = /^#\/device\/(.+)$/.exec(hash);
  if (!match?.[1]) return { page: PAGES.find((page) => pageLink(page) === hash) ?? 'home' };
  try {
    return { page: 'device', id: decodeURIComponent(match[1]) };
  } catch {
    return { page: 'home' };
  }
}

export function pageLink(page: PageName): string {
  return page === 'home' ? '#/' : `#/${page}`;
}

export function deviceLink(id: string): string {
  return `#/device/${encodeURIComponent(id)}`;
}

export const router = new Router();
