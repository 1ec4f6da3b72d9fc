import { existsSync } from 'node:fs';
import { runProgram } from './run-program.mjs';
import { say, seconds } from './say.mjs';

/** What the tests run as real peers: the package of Debian and Ubuntu, and a file that proves it is there. */
const wanted = [
  { name: 'chromium', proof: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'] },
  { name: 'mosquitto', proof: ['/usr/sbin/mosquitto'] },
  { name: 'mosquitto-clients', proof: ['/usr/bin/mosquitto_pub'] },
  { name: 'docker.io', proof: ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'] },
  { name: 'docker-compose', proof: ['/usr/bin/docker-compose', '/usr/local/bin/docker-compose'] },
  { name: 'debootstrap', proof: ['/usr/sbin/debootstrap'] },
  { name: 'socat', proof: ['/usr/bin/socat'] },
  { name: 'ser2net', proof: ['/usr/sbin/ser2net'] },
  { name: 'openssl', proof: ['/usr/bin/openssl'] },
  { name: 'openssh-server', proof: ['/usr/sbin/sshd'] },
  { name: 'poppler-utils', proof: ['/usr/bin/pdftotext'] },
  { name: 'busybox-static', proof: ['/bin/busybox'] },
  { name: 'gcc', proof: ['/usr/bin/gcc'] },
  { name: 'libc6-dev', proof: ['/usr/include/stdio.h'] },
  { name: 'make', proof: ['/usr/bin/make'] },
  { name: 'cmake', proof: ['/usr/bin/cmake'] },
  { name: 'libcmocka-dev', proof: ['/usr/include/cmocka.h'] },
  { name: 'libmosquitto-dev', proof: ['/usr/include/mosquitto.h'] },
];

/**
 * Installs what is missing on Debian as root; elsewhere names what is missing and so will be skipped.
 * With `CI=true` a package that could have been installed and was not is the end.
 */
export async function ensureSystemPackages() {
  const missing = wanted
    .filter(({ proof }) => !proof.some((path) => existsSync(path)))
    .map(({ name }) => name);
  if (missing.length === 0) return;
  const canInstall =
    process.platform === 'linux' && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (!canInstall) {
    say(`Not installed here, so their tests are skipped: ${missing.join(', ')}.`);
    if (existsSync('/usr/bin/apt-get')) say(`  To run them: sudo apt-get install ${missing.join(' ')}`);
    return;
  }
  const start = Date.now();
  say(`Installing Debian packages for the tests: ${missing.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await runProgram('apt-get', ['update', '-q'], { quiet: true, env });
  const install = await runProgram(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
    {
      quiet: true,
      env,
    },
  );
  if (install.code === 0) {
    say(`Installed in ${seconds(start)}.`);
    return;
  }
  say(`${update.output.slice(-1000)}\n${install.output.slice(-2000)}`);
  say('Some packages could not be installed; their tests are skipped.');
  if (process.env.CI === 'true') process.exit(1);
}
