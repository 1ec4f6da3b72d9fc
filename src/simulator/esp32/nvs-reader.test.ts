import { expect, test } from 'vitest';
import { FlashChip } from './flash-chip.ts';
import { readNvsNamespace } from './nvs-reader.ts';

/** What Espressif's `nvs_partition_gen` made of a namespace with a string, a number and a blob. */
const golden = `
  feffffff 00000000 feffffff ffffffff ffffffff ffffffff ffffffff 842dbab9
  aaeaffff ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff
  000101ff 7e24566d 64617461 796f7469 00000000 00000000 01ffffff ffffffff
  012102ff b66d169a 73736964 00000000 00000000 00000000 0800ffff 47a3cf3e
  506c616e 742d4100 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff
  010201ff c45ad6cc 706f7274 00000000 00000000 00000000 5b07ffff ffffffff
  01420200 504f3348 63657274 00000000 00000000 00000000 1000ffff 31c14397
  00112233 44556677 8899aabb ccddeeff ffffffff ffffffff ffffffff ffffffff
  014801ff 0f8e64fc 63657274 00000000 00000000 00000000 10000000 0100ffff`;

function chipWith(image: Buffer): FlashChip {
  const flash = new FlashChip(4);
  flash.program(0x9000, image);
  return flash;
}

const partition = { offset: 0x9000, size: 0x3000 };
const image = (): Buffer => Buffer.from(golden.replace(/\s/g, ''), 'hex');

test("Espressif's own image is read: string, number and blob", () => {
  const values = readNvsNamespace(chipWith(image()), partition, 'datayoti');
  expect(values && Object.fromEntries(values)).toEqual({
    ssid: 'Plant-A',
    port: 1883,
    cert: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
  });
  expect(readNvsNamespace(chipWith(image()), partition, 'other')).toBeUndefined();
});

test('an entry or a string whose check sum is wrong is as good as absent', () => {
  const damaged = image();
  damaged[0x80] = 0x51;
  damaged[0xb8] = 0;
  const values = readNvsNamespace(chipWith(damaged), partition, 'datayoti');
  expect([...(values?.keys() ?? [])]).toEqual(['cert']);
});
