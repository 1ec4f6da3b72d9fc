import type { Alert } from '../../shared/contract/alerts.ts';
import { alertPlace } from '../../shared/domain/alert-place.ts';

/** Words of the screens by key; `undefined` where there are none. */
export type Words = (
  key: string,
  values?: Readonly<Record<string, string | number | boolean | null>>,
) => string | undefined;

/** Not more often than this, however much happens. */
const leastMs = 10_000;

export interface NotificationParts {
  readonly notify: (title: string, body: string) => void;
  readonly words: () => Promise<Words>;
  /** The name of a device or a site as people know it. */
  readonly nameOf: (alert: Alert) => string;
}

/** Notifications of the operating system: one for one alert, one for many. */
export class Notifications {
  readonly #parts: NotificationParts;
  #waiting: Alert[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
  }

  add(alerts: readonly Alert[]): void {
    this.#waiting.push(...alerts);
  }

  /** Shows what waits, unless one was shown a moment ago. */
  async flush(nowMs: number): Promise<void> {
    if (this.#waiting.length === 0 || nowMs - this.#lastMs < leastMs) return;
    this.#lastMs = nowMs;
    const alerts = this.#waiting;
    this.#waiting = [];
    const words = await this.#parts.words();
    const lines = alerts.map((alert) => this.#line(alert, words));
    const [first] = lines;
    if (lines.length === 1)
      this.#parts.notify(first ?? '', words(`alerts.kinds.${alerts[0]?.kind ?? ''}.next`) ?? '');
    else
      this.#parts.notify(words('alerts.many', { count: lines.length }) ?? '', lines.slice(0, 5).join('\n'));
  }

  #line(alert: Alert, words: Words): string {
    const { kind, data, deviceCount } = alert;
    const values = { ...data, name: this.#parts.nameOf(alert), count: deviceCount };
    return words(`alerts.kinds.${kind}.${alertPlace(alert)}`, values) ?? kind;
  }
}
