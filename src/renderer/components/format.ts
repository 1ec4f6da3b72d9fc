/** U+2212: the sign that stands as wide as a plus. */
const minus = '\u2212';
/** Narrow no-break space between thousands and before units. */
const thin = '\u202f';

let french = false;

/** Decimal comma and `o`, `j` for French; called before the screens are drawn in the new language. */
export function setFormatLanguage(language: string): void {
  french = language.startsWith('fr');
}

/** `−21.5`, `8 768`: true minus, narrow space between thousands. */
export function formatNumber(value: number, digits = 0): string {
  const [whole = '0', fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, thin) : whole;
  const text = fraction === undefined ? grouped : `${grouped}${french ? ',' : '.'}${fraction}`;
  const isZero = Number(value.toFixed(digits)) === 0;
  return value < 0 && !isZero ? `${minus}${text}` : text;
}

/** `412 MB`, decimal units as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = french ? ['o', 'ko', 'Mo', 'Go', 'To'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  // The number and its unit stay in one line.
  return `${formatNumber(value, unit >= 3 && value < 100 ? 1 : 0)}\u00A0${units[unit] ?? ''}`;
}

/** Of relative humidity: its short form has its letters in the order of the language. */
export function humidityUnit(): string {
  return french ? '%HR' : '%RH';
}

/** `18 s`, `7 min`, `16 h 22 min`, `3 d 4 h`: two units at most. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = `${Math.floor(hours / 24)} ${french ? 'j' : 'd'}`;
  return hours % 24 === 0 ? days : `${days} ${hours % 24} h`;
}

/** Local time, 24 hours: `09:42:18` or `09:42`. */
export function formatTime(epochMs: number, withSeconds = false): string {
  const time = new Date(epochMs);
  const parts = [time.getHours(), time.getMinutes(), ...(withSeconds ? [time.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

export function formatDate(epochMs: number, language: string): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(epochMs);
}

/** A cell for a CSV file: quoted where needed, and never a formula for a spreadsheet. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
