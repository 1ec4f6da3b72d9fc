import type { BatchBoard, BatchSettings } from '../../../shared/contract/provisioning.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import type {
  Arrivals,
  BrokerAccounts,
  ConfigurationWriter,
  DeviceRegister,
  RecordKeeper,
  WorkBoards,
} from './ports.ts';

export interface JobParts {
  readonly boards: WorkBoards;
  readonly accounts: BrokerAccounts;
  readonly arrivals: Arrivals;
  readonly register: DeviceRegister;
  readonly records: RecordKeeper;
  readonly configuration: ConfigurationWriter;
  /** Certificate that a board must trust, where TLS is wanted. */
  readonly authorityPem: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface JobWish {
  readonly board: BatchBoard;
  readonly settings: BatchSettings;
  readonly wifiPassword: string;
  /** What a board becomes where that is only known by its address: asked once, when it was identified. */
  readonly planFor?: (mac: MacAddress) => Partial<Pick<BatchBoard, 'siteRef' | 'name' | 'position'>>;
}
