import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recorder } from '../../src/main/traffic/recorder.ts';
import { readRecordingLine } from '../../src/main/traffic/recording-line.ts';
import { messageFilter } from '../../src/shared/contract/traffic-messages.ts';
import { until } from '../support/until.ts';

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'a disk that fills up ends the recording with whole lines',
  async () => {
    const small = mkdtempSync(join(tmpdir(), 'datayoti-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', small]);
    try {
      const path = join(small, 'a.ndjson');
      let ended = 0;
      const recorder = await Recorder.open({
        path,
        startedMs: 0,
        source: 'stack',
        filter: messageFilter.parse({}),
        tell: () => undefined,
        ended: () => ended++,
        reserveBytes: 0,
      });
      // 1 MB and more in lines of about 3 kB, which fit into no block exactly.
      for (let number = 0; number < 500; number++)
        recorder.take({
          timeMs: number,
          topic: `t/${number}`,
          payload: Buffer.alloc(3_001, 65),
          qos: 0,
          retain: false,
          client: '',
          account: '',
          properties: null,
        });
      await until(() => ended === 1, { what: 'the recording ends' });
      await recorder.stop();
      const { running, error, messages, missed, bytes } = recorder.state();
      expect([running, error?.code]).toEqual([false, 'traffic.disk-full']);
      const text = readFileSync(path, 'utf8');
      expect(messages).toBeGreaterThan(300);
      const lines = text.split('\n').slice(0, -1);
      expect(text.endsWith('\n') || text === '').toBe(true);
      expect(lines.every((line) => typeof readRecordingLine(line) === 'object')).toBe(true);
      expect([lines.length, text.length, lines.length + missed]).toEqual([messages, bytes, 500]);
      await expect(
        Recorder.open({
          path: join(small, 'b.ndjson'),
          startedMs: 0,
          source: 'stack',
          filter: messageFilter.parse({}),
          tell: () => undefined,
          ended: () => undefined,
        }),
      ).rejects.toMatchObject({ code: 'traffic.disk-full' });
    } finally {
      execFileSync('umount', [small]);
      rmSync(small, { recursive: true, force: true });
    }
  },
);
