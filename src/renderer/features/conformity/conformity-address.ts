import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useUi } from '../../app/ui-state.ts';
import { msOfDay, utcDayOf } from './conformity-view.ts';

/** Before it no sensor of this kind existed. */
export const firstYear = 2020;

/** What the page's address says: a link opens the same site and day. */
interface ConformityAddress {
  readonly site: string | undefined;
  /** UTC day; `undefined`: today. */
  readonly day: string | undefined;
}

/** `undefined` for what is no day of a year that can be shown. */
export function parseDay(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const ms = msOfDay(text);
  if (Number.isNaN(ms) || utcDayOf(ms) !== text) return undefined;
  const year = Number(text.slice(0, 4));
  return year >= firstYear && year <= new Date().getUTCFullYear() ? text : undefined;
}

/** One of digits alone comes as a number. */
function parseSite(text: unknown): string | undefined {
  return typeof text === 'string' || typeof text === 'number' ? String(text) : undefined;
}

/** The site chosen in the header and the one of the address: whichever changed last is the other one too. */
export function useConformityAddress(
  known: readonly string[],
): readonly [ConformityAddress, (day: string | undefined) => void] {
  // The router's own types lead back through every page to itself, and end as `any` in a page.
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const { siteRef, chooseSite } = useUi();
  const address = useMemo<ConformityAddress>(
    () => ({
      site: parseSite(search['site']),
      day: parseDay(search['day']),
    }),
    [search],
  );
  const change = useCallback(
    ({ site, day }: ConformityAddress): void => {
      const next = { ...(site === undefined ? {} : { site }), ...(day === undefined ? {} : { day }) };
      void navigate({ to: '/conformity', search: next, replace: true });
    },
    [navigate],
  );
  const isKnown = address.site !== undefined && known.includes(address.site);
  const seen = useRef<string>(undefined);
  useEffect(() => {
    const isNew = address.site !== seen.current;
    seen.current = address.site;
    if (isNew && isKnown && address.site !== undefined) {
      if (address.site !== siteRef) chooseSite(address.site);
    } else if (address.site !== (siteRef ?? undefined)) {
      seen.current = siteRef ?? undefined;
      change({ ...address, site: siteRef ?? undefined });
    }
  }, [address, isKnown, siteRef, chooseSite, change]);
  return [address, (day) => change({ ...address, day })];
}

/** The day looked at. It is here at once, and in the address a moment later. */
export function useChosenDay(
  today: string,
  ofAddress: string | undefined,
  write: (day: string | undefined) => void,
): readonly [string, (day: string) => void] {
  const [chosen, setChosen] = useState(ofAddress ?? today);
  const written = useRef(new Set<string>());
  const tell = useEffectEvent((day: string): void => {
    if (day === (ofAddress ?? today)) return;
    written.current.add(day);
    write(day === today ? undefined : day);
  });
  useEffect(() => tell(chosen), [chosen]);
  const follow = useEffectEvent((day: string): void => {
    if (day === chosen) written.current.clear();
    // What comes back from here late is not where somebody else wants to go.
    else if (!written.current.has(day)) setChosen(day);
  });
  useEffect(() => follow(ofAddress ?? today), [ofAddress, today]);
  return [chosen, setChosen];
}
