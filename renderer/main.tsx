import '@mantine/core/styles.layer.css';
import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './app/tokens.css';
import './app/base.css';
import { createRoot } from 'react-dom/client';
import { connect } from './api/client.ts';
import { ClientContext } from './api/use-client.ts';
import { App } from './app/app.tsx';
import { watchCore } from './app/watch-core.ts';
import { startI18n, systemLanguage, switchLanguage } from './i18n/i18n.ts';

const client = connect(window);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

await startI18n();
await switchLanguage(systemLanguage(navigator.languages));
watchCore(client);

createRoot(root).render(
  <ClientContext value={client}>
    <App />
  </ClientContext>,
);
