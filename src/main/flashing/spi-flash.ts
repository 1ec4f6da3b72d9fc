import { AppError } from '../../shared/domain/app-error.ts';
import { flashBytesById } from './chips/chip-table.ts';
import type { Loader } from './loader.ts';

const readJedecId = 0x9f;
const userCommand = 0x80000000;
const userMiso = 1 << 28;
const startUser = 1 << 18;
const commandLengthShift = 28;

/**
 * JEDEC id of the flash chip: maker, type, size, the lowest byte first. The flash is asked by hand through the
 * SPI controller's registers, as neither ROM nor stub has a command for it (esptool, `run_spiflash_command`).
 *
 * @throws AppError `flash.protocol` when the SPI controller does not finish
 */
export async function readFlashId(loader: Loader): Promise<number> {
  const { spi } = loader.knownChip;
  const at = (offset: number): number => spi.base + offset;
  const [userBefore, user2Before] = [
    await loader.readRegister(at(spi.user)),
    await loader.readRegister(at(spi.user2)),
  ];
  const bits = 24;
  if (spi.misoLength === null) await loader.writeRegister(at(spi.user1), (bits - 1) << 8);
  else await loader.writeRegister(at(spi.misoLength), bits - 1);
  await loader.writeRegister(at(spi.user), (userCommand | userMiso) >>> 0);
  await loader.writeRegister(at(spi.user2), ((7 << commandLengthShift) | readJedecId) >>> 0);
  await loader.writeRegister(at(spi.data), 0);
  await loader.writeRegister(at(0), startUser);
  await finished(loader, at(0));
  const id = await loader.readRegister(at(spi.data));
  await loader.writeRegister(at(spi.user), userBefore);
  await loader.writeRegister(at(spi.user2), user2Before);
  return id & 0xffffff;
}

async function finished(loader: Loader, commandRegister: number): Promise<void> {
  for (let i = 0; i < 10; i++) {
    if (((await loader.readRegister(commandRegister)) & startUser) === 0) return;
  }
  throw new AppError('flash.protocol', 'The SPI controller did not finish.', {
    address: loader.link.line.address,
    step: 'flash id',
  });
}

/** Null where the id is none of a flash chip: 0 or all ones mean that none answers. */
export function flashBytesOf(id: number): number | null {
  return id === 0 || id === 0xffffff ? null : flashBytesById((id >>> 16) & 0xff);
}
