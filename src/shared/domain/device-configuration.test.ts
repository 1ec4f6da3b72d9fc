import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDeviceConfiguration, type DeviceConfigurationInput } from './device-configuration.ts';

const minimal: DeviceConfigurationInput = {
  wifiSsid: 'Plant-A',
  mqttHost: '192.168.1.10',
  mqttUser: 'sensor-1',
  mqttPassword: 'p',
  siteRef: 'SITE_001',
};
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('a device configuration', () => {
  it('fills in the documented defaults', () => {
    expect(checkDeviceConfiguration(minimal)).toEqual({
      ok: true,
      configuration: {
        ...minimal,
        wifiPassword: '',
        mqttPort: 1883,
        mqttTls: false,
        mqttCa: null,
        name: '',
        intervalS: 60,
        dhtGpio: 17,
        dhtType: 22,
        temperatureOffset: 0,
        humidityOffset: 0,
        ntpHost: 'pool.ntp.org',
      },
    });
    expect(checkDeviceConfiguration({ ...minimal, mqttTls: true })).toMatchObject({
      configuration: { mqttPort: 8883 },
    });
  });

  it.each<Partial<DeviceConfigurationInput>>([
    { wifiSsid: '漢'.repeat(10) },
    { wifiSsid: ` # , " ' & % + _ . é ` },
    { wifiPassword: `#,"'&%+_. é漢` },
    { wifiPassword: 'x'.repeat(63) },
    { mqttHost: 'laptop.local' },
    { mqttHost: 'broker_1.example.org' },
    { mqttCa: certificate },
    { siteRef: 'x'.repeat(50) },
    { intervalS: 5 },
    { intervalS: 86_400 },
    { temperatureOffset: -0.35 },
    { ntpHost: '' },
  ])('takes %j', (change) => {
    expect(checkDeviceConfiguration({ ...minimal, ...change })).toMatchObject({ ok: true });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ wifiSsid: '' }, 'required'],
    [{ wifiSsid: undefined }, 'required'],
    [{ wifiSsid: '漢'.repeat(11) }, 'too-long'],
    [{ wifiSsid: 'a\0b' }, 'control-characters'],
    [{ wifiSsid: '\ud800' }, 'wrong-type'],
    [{ wifiPassword: 'seven77' }, 'too-short'],
    [{ wifiPassword: 'x'.repeat(64) }, 'too-long'],
    [{ wifiPassword: 'é'.repeat(32) }, 'too-long'],
    [{ mqttHost: 'http://broker' }, 'not-a-host'],
    [{ mqttHost: '192.168.1.256' }, 'not-a-host'],
    [{ mqttHost: '1.2.3' }, 'not-a-host'],
    [{ mqttHost: '-a.b' }, 'not-a-host'],
    [{ mqttPort: 0 }, 'out-of-range'],
    [{ mqttPort: '1883' }, 'wrong-type'],
    [{ mqttPort: 1.5 }, 'not-whole'],
    [{ mqttCa: 'hello' }, 'not-a-certificate'],
    [{ mqttPassword: '' }, 'required'],
    [{ siteRef: 'x'.repeat(51) }, 'too-long'],
    [{ siteRef: 'SITE 1' }, 'not-a-site'],
    [{ name: 'a\nb' }, 'control-characters'],
    [{ intervalS: 4 }, 'out-of-range'],
    [{ intervalS: 86_401 }, 'out-of-range'],
    [{ dhtGpio: 49 }, 'out-of-range'],
    [{ dhtType: 21 }, 'not-a-choice'],
    [{ temperatureOffset: 301 }, 'out-of-range'],
    [{ humidityOffset: Number.NaN }, 'wrong-type'],
    [{ wifiPasword: 'typing error' }, 'unknown-field'],
  ])('refuses %j: %s', (change, reason) => {
    const [field = ''] = Object.keys(change);
    expect(checkDeviceConfiguration({ ...minimal, ...change })).toEqual({
      ok: false,
      problems: [{ field, reason }],
    });
  });

  it('names every field that is wrong, and never throws', () => {
    const answer = checkDeviceConfiguration({ wifiSsid: '', mqttPort: 0 });
    expect(answer).toMatchObject({ ok: false });
    expect(answer.ok ? [] : answer.problems.map((problem) => problem.field).toSorted()).toEqual([
      'mqttHost',
      'mqttPassword',
      'mqttPort',
      'mqttUser',
      'siteRef',
      'wifiSsid',
    ]);
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(checkDeviceConfiguration(input).ok).toBe(false);
      }),
    );
  });
});
