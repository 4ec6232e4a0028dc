import '@fontsource-variable/bricolage-grotesque/wght.css';
import '@fontsource-variable/geist/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createServices } from './app/services.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');

const services = createServices();
void services.session.load();
createRoot(root).render(<App services={services} />);
