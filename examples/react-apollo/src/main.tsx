import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
import { Confirm } from './confirm';

const client = new ApolloClient({
  link: new HttpLink({ uri: import.meta.env.VITE_SMS_ENDPOINT }),
  cache: new InMemoryCache(),
  // The default policy answers a second question for a captcha with the first one, which is spent.
  defaultOptions: { query: { fetchPolicy: 'no-cache' }, mutate: { fetchPolicy: 'no-cache' } },
});

createRoot(document.getElementById('app') as HTMLElement).render(
  <ApolloProvider client={client}>
    <Confirm />
  </ApolloProvider>,
);
