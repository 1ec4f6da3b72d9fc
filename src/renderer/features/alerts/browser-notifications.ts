/** `host`: the desktop application shows them itself; `missing`: this page cannot, as over plain HTTP from elsewhere. */
type Permission = NotificationPermission | 'host' | 'missing';

export function browserPermission(): Permission {
  if (location.protocol === 'app:') return 'host';
  return 'Notification' in window && window.isSecureContext ? Notification.permission : 'missing';
}

/** One at a time: a newer one takes the place of the one before. */
export function showInBrowser(title: string, body: string): void {
  try {
    const shown = new Notification(title, { body, tag: 'datayoti-alerts', icon: './icon.svg' });
    shown.addEventListener('click', () => {
      window.focus();
      location.hash = '/alerts';
      shown.close();
    });
  } catch {
    // Some browsers of phones have the word but not the thing; the bell tells all the same.
  }
}
