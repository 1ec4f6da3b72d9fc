/** The part of the browser's Trusted Types (W3C) that is used; TypeScript's DOM library does not have it yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): unknown;
}

/**
 * The only policy that the page's header permits, asked for every text that is about to become markup. The
 * component library writes its style element that way, as plain CSS; text without `<` can make no element, and
 * all else is refused, as is any script from text or from an address.
 */
export function permitPlainTextOnly(): void {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', { createHTML: (text) => (text.includes('<') ? null : text) });
}
