/** RFC 1918 and the link-local addresses of RFC 3927. */
const privateAddress =
  /^(?:10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|169\.254\.\d+\.\d+)$/;

/**
 * The page of a board on the local network: a private address or a `.local` name (RFC 6762), without a login in it.
 * Any other address that a board names is shown, but nothing opens it.
 */
export function isBoardPage(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    username === '' &&
    password === '' &&
    (privateAddress.test(hostname) || /^[a-z\d-]+(?:\.[a-z\d-]+)*\.local$/.test(hostname))
  );
}
