/** The frame around every page: where one is, whether what is shown is true, and how to get elsewhere. */
import { signOut } from './api.ts';
import { formatSpan } from './format.ts';
import { AddWatcher } from './pages/add-watcher.tsx';
import { Configuration } from './pages/configuration.tsx';
import { Events } from './pages/events.tsx';
import { Overview } from './pages/overview.tsx';
import { Plugins } from './pages/plugins.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Sockets } from './pages/sockets.tsx';
import { WatcherPage } from './pages/watcher.tsx';
import { Questions } from './parts/dialog.tsx';
import { Icon, type IconName } from './parts/icon.tsx';
import { KeyHelp, openHelp, openPalette } from './parts/keys.tsx';
import { Palette } from './parts/palette.tsx';
import { Toasts } from './parts/toasts.tsx';
import { pathParts } from './router.ts';
import { addedPages, daemon, isAdmin, link, now, session } from './store.ts';

/** Path, name, and a name that fits the bar of a phone. */
const places: readonly (readonly [path: string, label: string, short: string, icon: IconName])[] = [
  ['', 'Overview', 'Overview', 'overview'],
  ['sockets', 'Sockets', 'Sockets', 'sockets'],
  ['events', 'Events', 'Events', 'events'],
  ['plugins', 'Plugins', 'Plugins', 'plugins'],
  ['configuration', 'Configuration', 'Config', 'configuration'],
  ['add', 'Add a watcher', 'Add', 'add'],
];

export function App() {
  if (session.value === undefined) return null;
  if (session.value === null) return <SignIn />;
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Rail />
      <main id="main" tabIndex={-1}>
        <Stale />
        <div class="page">
          <Page />
        </div>
      </main>
      <Toasts />
      <Palette />
      <KeyHelp />
      <Questions />
    </div>
  );
}

function Page() {
  const [place = '', name, tab] = pathParts();
  switch (place) {
    case '':
      return <Overview />;
    case 'watchers':
      return <WatcherPage key={name} name={name ?? ''} tab={tab} />;
    case 'sockets':
      return <Sockets />;
    case 'events':
      return <Events />;
    case 'plugins':
      return <Plugins />;
    case 'configuration':
      return <Configuration />;
    case 'add':
      return <AddWatcher />;
    default:
      return (
        <div class="empty">
          <h1>No such page</h1>
          <a class="button" href="./">
            Overview
          </a>
        </div>
      );
  }
}

function Rail() {
  const [place = ''] = pathParts();
  const here = place === 'watchers' ? '' : place;
  return (
    <header class="rail">
      <a class="brand" href="./" aria-label="Circus, overview">
        <img src="assets/icon.svg" alt="" />
        <span>Circus</span>
      </a>
      <nav aria-label="Pages">
        {places
          .filter(([to]) => to !== 'add' || isAdmin.value)
          .map(([to, label, short, icon]) => (
            <a
              key={to}
              href={to === '' ? './' : to}
              aria-current={to === here ? 'page' : undefined}
            >
              <Icon name={icon} />
              <span class="long">{label}</span>
              <span class="short">{short}</span>
            </a>
          ))}
        {addedPages.value.map((name) => (
          <a key={name} href={`pages/${name}/`} rel="external">
            <Icon name="page" />
            <span>{name}</span>
          </a>
        ))}
      </nav>
      <div class="rail-foot">
        <button type="button" onClick={openPalette}>
          <Icon name="search" />
          <span>
            Go to… <kbd>Ctrl K</kbd>
          </span>
        </button>
        <button type="button" onClick={openHelp}>
          <Icon name="help" />
          <span>
            Keys <kbd>?</kbd>
          </span>
        </button>
        <LinkState />
        <button
          type="button"
          title={`Signed in as ${session.value?.user} (${session.value?.role})`}
          onClick={() => {
            void signOut()
              .catch(() => {})
              .then(() => {
                session.value = null;
              });
          }}
        >
          <Icon name="exit" />
          <span>Sign out {session.value?.user}</span>
        </button>
      </div>
    </header>
  );
}

function LinkState() {
  const self = daemon.value;
  const isTrue = link.value === 'live' && self?.link === 'up';
  return (
    <p class={isTrue ? 'link good' : 'link bad'} title={self?.endpoint}>
      <i class="dot" aria-hidden="true" />
      <span>{isTrue ? `live, ${self.host}` : 'not live'}</span>
      {self?.version && <span class="faint">circusd {self.version}</span>}
    </p>
  );
}

/** Says that what is shown may not be so any more, and since when. */
function Stale() {
  const self = daemon.value;
  if (link.value === 'cut') {
    return (
      <p class="stale" role="alert">
        <Icon name="warning" />
        The console server does not answer. What you see was true when it last did; trying again.
      </p>
    );
  }
  if (self === undefined || self.link === 'up') return null;
  return (
    <p class="stale" role="alert">
      <Icon name="warning" />
      circusd at {self.endpoint} does not answer since {formatSpan(now.value - self.linkSince)}.
      What you see was true before.
    </p>
  );
}
