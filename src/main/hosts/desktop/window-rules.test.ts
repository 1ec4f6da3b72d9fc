import { expect, test } from 'vitest';
import {
  bundlePath,
  isOpenable,
  isOwnPage,
  isPermissionAllowed,
  isRequestAllowed,
  webPreferences,
} from './window-rules.ts';

test('the window is sandboxed and isolated, with developer tools only while developing', () => {
  expect(webPreferences('/p.cjs', true)).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    devTools: false,
  });
  expect(webPreferences('/p.cjs', false).devTools).toBe(true);
});

test.each([
  ['https://github.com/x', true],
  ['http://github.com/x', false],
  ['https://github.com.evil.example/', false],
  ['https://user@github.com/', false],
  ['https://github.com:8443/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['http://192.168.4.23/', true],
  ['http://lamp.local/', true],
  ['http://127.0.0.1:1883/', false],
  ['nonsense', false],
])('opening %s outside: %s', (url, allowed) => {
  expect(isOpenable(url)).toBe(allowed);
});

test.each([
  ['app://bundle/', true],
  ['app://bundle/devices', true],
  ['app://other/', false],
  ['https://bundle/', false],
  ['file:///x', false],
])('staying on %s: %s', (url, own) => {
  expect(isOwnPage(url)).toBe(own);
});

test('only GET of our own bundle is served, and the renderer reaches no network', () => {
  expect(bundlePath('GET', 'app://bundle/assets/a.js')).toBe('/assets/a.js');
  expect(bundlePath('POST', 'app://bundle/')).toBeUndefined();
  expect(bundlePath('GET', 'app://bundle.evil/')).toBeUndefined();
  expect(isRequestAllowed('https://example.org/')).toBe(false);
  expect(isRequestAllowed('file:///etc/passwd')).toBe(false);
  expect(isRequestAllowed('ws://127.0.0.1/')).toBe(false);
  expect(isRequestAllowed('app://bundle/index.html')).toBe(true);
  for (const permission of ['media', 'serial', 'usb', 'geolocation', 'notifications'])
    expect(isPermissionAllowed(permission)).toBe(false);
});
