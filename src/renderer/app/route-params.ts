import { useParams } from '@tanstack/react-router';

/** The variable parts of the present address; absent on pages that have none. */
export function useRouteParams(): {
  readonly mac?: string;
  readonly section?: string;
  readonly ref?: string;
} {
  // The router's own types lead back through every page to itself, and end as `any` in a page.
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const text = (name: string): string | undefined =>
    typeof params[name] === 'string' ? params[name] : undefined;
  const [mac, section, ref] = [text('mac'), text('section'), text('ref')];
  return {
    ...(mac === undefined ? {} : { mac }),
    ...(section === undefined ? {} : { section }),
    ...(ref === undefined ? {} : { ref }),
  };
}
