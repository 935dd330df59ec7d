import '@mantine/core/styles.layer.css';
import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './app/tokens.css';
import './app/base.css';
import { createRoot } from 'react-dom/client';
import { connect } from './api/client.ts';
import { ClientContext } from './api/use-client.ts';
import { App } from './app/app.tsx';
import { publishStyleNonce } from './app/style-nonce.ts';
import { watchCore } from './app/watch-core.ts';
import { startI18n, switchLanguage, systemLanguage } from './i18n/i18n.ts';

const client = connect(window);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

publishStyleNonce();
await startI18n();
await switchLanguage(systemLanguage(navigator.languages));
watchCore(client);

createRoot(root).render(
  <ClientContext value={client}>
    <App />
  </ClientContext>,
);
