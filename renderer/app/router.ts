import { useSyncExternalStore } from 'react';

/** Screens by the text after `#/`; the part behind the screen's name is its subject, e.g. `#/batches/<id>`. */
export const screens = [
  'redeem',
  'recent',
  'search',
  'offers',
  'batches',
  'reports',
  'inbox',
  'settings',
] as const;
export type Screen = (typeof screens)[number];
export type Route = { readonly screen: Screen; readonly subject: string | undefined };

export function parseRoute(hash: string): Route {
  const [name, subject] = hash.replace(/^#\/?/, '').split('/');
  const screen = screens.find((known) => known === name) ?? 'redeem';
  return {
    screen,
    subject: subject === undefined || subject === '' ? undefined : decodeURIComponent(subject),
  };
}

export function go(screen: Screen, subject?: string): void {
  window.location.hash = subject === undefined ? `/${screen}` : `/${screen}/${encodeURIComponent(subject)}`;
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return parseRoute(hash);
}
