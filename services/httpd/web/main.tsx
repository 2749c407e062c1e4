/** The console in a browser. */
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { App } from './app.tsx';
import { stayConnected } from './live.ts';
import { resume } from './pages/sign-in.tsx';
import { listenToKeys } from './parts/keys.tsx';
import { followLinks } from './router.ts';

const place = document.getElementById('console');
if (place !== null) render(<App />, place);
followLinks();
listenToKeys();
stayConnected();
void resume();
