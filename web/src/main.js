// The bundle's entry: everything comes from this server, also the editor's workers.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import sample from './sample.graphql?raw';
import { showPage } from './page.js';

showPage(document.getElementById('page'), sample);
