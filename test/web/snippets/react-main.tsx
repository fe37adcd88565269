import { createRoot } from 'react-dom/client';
import { Client, fetchExchange, Provider } from 'urql';
import { ReactConfirm } from './react-confirm';

const client = new Client({
  url: import.meta.env.VITE_GRAPHQL_URL,
  exchanges: [fetchExchange], // no cache: no captcha is good twice
  requestPolicy: 'network-only',
  preferGetMethod: false, // imageCaptcha is POST only
});

createRoot(document.getElementById('app') as HTMLElement).render(
  <Provider value={client}>
    <ReactConfirm />
  </Provider>,
);
