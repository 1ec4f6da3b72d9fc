/**
 * The MAC address as devices, topics and the database write it: upper case, six octets, colon-separated,
 * 17 characters (`1C:69:20:E9:18:24`).
 */
export type MacAddress = string & { readonly __brand: 'MacAddress' };

const canonicalForm = /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/;
const acceptedForms = /^(?:[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})$/i;

/** True only for the canonical form; what arrives on the wire must already be in it. */
export function isMacAddress(text: unknown): text is MacAddress {
  return typeof text === 'string' && text.length === 17 && canonicalForm.test(text);
}

/**
 * Reads what a person types or a label carries (any case; colons, hyphens or nothing between the octets)
 * and returns the canonical form, or `undefined` where it is no MAC address.
 */
export function parseMacAddress(text: string): MacAddress | undefined {
  const trimmed = text.trim();
  if (!acceptedForms.test(trimmed)) return undefined;
  const digits = trimmed.replace(/[:-]/g, '').toUpperCase();
  return (digits.match(/../g) ?? []).join(':') as MacAddress;
}
