/**
 * Activation energy over the gas constant, K: 83.14472 kJ/mol and 8.314472 J/(mol K), as USP <1079.2> "Mean kinetic
 * temperature in the evaluation of temperature excursions" gives them.
 */
export const energyOverGas = 83_144.72 / 8.314472;
export const zeroCelsiusInKelvin = 273.15;

/**
 * The mean kinetic temperature of all readings of several sensors, °C, from each sensor's own: the mean of `exp(-dH/RT)`
 * over all readings is the mean of the sensors' means, weighted by their readings. `null` without readings.
 */
export function pooledKineticTemperature(
  parts: readonly { readonly rows: number; readonly kinetic: number | null }[],
): number | null {
  let sum = 0;
  let rows = 0;
  for (const part of parts) {
    if (part.kinetic === null || part.rows === 0) continue;
    sum += part.rows * Math.exp(-energyOverGas / (part.kinetic + zeroCelsiusInKelvin));
    rows += part.rows;
  }
  return rows === 0 ? null : energyOverGas / -Math.log(sum / rows) - zeroCelsiusInKelvin;
}
