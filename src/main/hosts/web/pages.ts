/** The few pages that must work without the application's own bundle: plain, no script. */
const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem;color:#10201d}
h1{font-size:1.6rem}code{background:#edf2f0;padding:.1em .3em}
input,button{font:inherit;padding:.6rem .8rem;border:1px solid #7a8986;border-radius:4px;width:100%;box-sizing:border-box;margin-top:.5rem}
button{background:#10201d;color:#fff}`;

function page(nonce: string, language: string, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style nonce="${nonce}">${style}</style></head><body><main>${body}</main></body></html>`;
}

interface Words {
  readonly needed: string;
  readonly neededBody: string;
  readonly login: string;
  readonly label: string;
  readonly open: string;
  readonly wrong: string;
  readonly wait: string;
}

const words: Readonly<Record<'en' | 'fr', Words>> = {
  en: {
    needed: 'This page needs its link',
    neededBody:
      'A link opens one browser, once. Use the one printed in the terminal where DataYoti Field was started, or run <code>npm start</code> there again: it prints a new link and leaves everything running.',
    login: 'DataYoti Field',
    label: 'Passphrase',
    open: 'Open',
    wrong: 'That is not the passphrase.',
    wait: 'Too many attempts. Wait a minute.',
  },
  fr: {
    needed: 'Cette page demande son lien',
    neededBody:
      'Un lien ouvre un seul navigateur, une seule fois. Utilisez celui affiché dans le terminal où DataYoti Field a été lancé, ou relancez-y <code>npm start</code> : un nouveau lien s’affiche et tout continue de fonctionner.',
    login: 'DataYoti Field',
    label: 'Phrase secrète',
    open: 'Ouvrir',
    wrong: 'Ce n’est pas la phrase secrète.',
    wait: 'Trop d’essais. Attendez une minute.',
  },
};

export function languageOf(acceptLanguage: string | undefined): 'en' | 'fr' {
  return /^\s*fr\b/i.test(acceptLanguage ?? '') ? 'fr' : 'en';
}

export function linkNeededPage(nonce: string, language: 'en' | 'fr'): string {
  const { needed, neededBody } = words[language];
  return page(nonce, language, needed, `<h1>${needed}</h1><p>${neededBody}</p>`);
}

export function passphrasePage(
  nonce: string,
  language: 'en' | 'fr',
  problem: 'wrong' | 'wait' | undefined,
): string {
  const { login, label, open, wrong, wait } = words[language];
  const notice = problem === undefined ? '' : `<p role="alert">${problem === 'wrong' ? wrong : wait}</p>`;
  return page(
    nonce,
    language,
    login,
    `<h1>${login}</h1>${notice}<form method="post" action="/login"><label>${label}<input type="password" name="passphrase" autocomplete="current-password" required autofocus></label><button>${open}</button></form>`,
  );
}
