import urql, { fetchExchange } from '@urql/vue';
import { createApp } from 'vue';
import VueConfirm from './vue-confirm.vue';

createApp(VueConfirm)
  .use(urql, {
    url: import.meta.env.VITE_GRAPHQL_URL,
    exchanges: [fetchExchange], // no cache: no captcha is good twice
    requestPolicy: 'network-only',
    preferGetMethod: false, // imageCaptcha is POST only
  })
  .mount('#app');
