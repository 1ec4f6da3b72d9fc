import { ipcRenderer } from 'electron';

/**
 * Hands one end of a message channel to the page and the other to the main process, nothing else. The page
 * asks by a message of its own window; a frame inside it, or another origin, gets no answer.
 */
window.addEventListener('message', (event) => {
  if (event.source !== window || event.origin !== 'app://bundle' || event.data !== 'datayoti:connect') return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage('rpc:connect', null, [port1]);
  window.postMessage('datayoti:port', 'app://bundle', [port2]);
});
