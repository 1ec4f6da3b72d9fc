import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tarOf, type RegistryImage } from './small-registry.ts';

const programs = ['sh', 'wget', 'httpd', 'sleep', 'echo'];
/** The first process of a container ends on SIGTERM only where it says so. */
const serve = `trap 'exit 0' TERM; httpd -p 3000 -h /www; while :; do sleep 60 & wait $!; done`;

/**
 * An image of a few megabytes that answers `/api/health` on port 3000 and does nothing else: for what concerns the
 * images themselves, not what they do. Debian's package busybox-static is all of its programs.
 *
 * @param script what it runs instead
 */
export async function healthImage(version: string, script = serve): Promise<RegistryImage> {
  const common = await tarOf([
    { name: 'bin/busybox', content: readFileSync('/bin/busybox'), kind: 'program' },
    ...programs.map((name) => ({ name: `bin/${name}`, content: 'busybox', kind: 'link' }) as const),
    { name: 'www/api/health', content: '{"database": "ok"}' },
  ]);
  const own = await tarOf([{ name: 'ballast', content: randomBytes(6_000_000) }]);
  return {
    layers: [common, own],
    config: { Entrypoint: ['sh', '-c', script], Env: ['PATH=/bin'], Labels: { version } },
  };
}
