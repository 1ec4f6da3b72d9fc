import { existsSync, readFileSync } from 'node:fs';
import type { DockerEngine } from '../../src/main/stack/docker/engine/docker-engine.ts';

const busybox = '/bin/busybox';
/** Debian's package busybox-static: one program without libraries, so that an image of one file runs. */
export const hasBusybox = existsSync(busybox);

/** The files of an image with a shell and the usual small programs, without any base image. */
export function tinyImageFiles(
  extra = '',
): readonly { readonly path: string; readonly content: Uint8Array; readonly mode?: number }[] {
  const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ARG GREETING=none
ENV GREETING=$GREETING
${extra}CMD ["sh"]
`;
  return [
    { path: 'Dockerfile', content: Buffer.from(dockerfile) },
    { path: 'busybox', content: readFileSync(busybox), mode: 0o755 },
  ];
}

export async function buildTinyImage(engine: DockerEngine, reference: string): Promise<void> {
  await engine.buildImage(tinyImageFiles(), { reference }, () => undefined, new AbortController().signal);
}
