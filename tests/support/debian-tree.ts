import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { alone } from './file-lock.ts';

const run = promisify(execFile);
const treeParent = '/var/lib/datayoti-tests';
const maxBuffer = 50_000_000;

/** Where a tree of Debian 13 can be made and entered: Linux, as root. */
export const canHaveDebianTree =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  (existsSync('/usr/sbin/debootstrap') || existsSync(join(treeParent, 'trixie/usr/bin/apt-get')));

/**
 * Debian 13's userland in a folder of its own, kept between runs and shared by all tests that need one of its
 * programs at that release.
 *
 * @param packages what has to be installed in it
 * @param proof a file of the last of them, by which an earlier installation is recognised
 */
export function debianTree(packages: readonly string[], proof: string): Promise<string> {
  return alone('debian-tree', () => treeWith(packages, proof));
}

async function treeWith(packages: readonly string[], proof: string): Promise<string> {
  const tree = join(treeParent, 'trixie');
  if (!existsSync(join(tree, 'usr/bin/apt-get'))) {
    mkdirSync(treeParent, { recursive: true });
    rmSync(tree, { recursive: true, force: true });
    await run('debootstrap', ['--variant=minbase', 'trixie', tree], { maxBuffer });
  }
  if (!existsSync(join(tree, proof))) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // No service may start inside the tree.
    writeFileSync(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await run('chroot', [tree, 'apt-get', 'update', '-q'], { env: environment, maxBuffer });
    await run('chroot', [tree, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages], {
      env: environment,
      maxBuffer,
    });
  }
  return tree;
}
