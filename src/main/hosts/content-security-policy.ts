/**
 * One policy for the window and the web page. Styles need the nonce of their response, since the component
 * library writes a style element; everything that could run or send elsewhere is shut.
 */
export function contentSecurityPolicy(
  nonce: string,
  more: { readonly connect?: string; readonly withForm?: boolean } = {},
): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${more.connect === undefined ? "'self'" : `'self' ${more.connect}`}`,
    "worker-src 'self'",
    "base-uri 'none'",
    `form-action ${more.withForm === true ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "object-src 'none'",
    // The page's own default policy (renderer/app/trusted-types.ts) lets through what can make no element.
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Headers that every response carries besides the policy. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
};
