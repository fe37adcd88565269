import { createApp } from 'vue';
import { preferredLanguage } from '../../packages/client/src/create-verification';
import ConfirmPage from './components/confirm-page.vue';
import { MESSAGES } from './messages';
import { purposeOf } from './purpose';

const language = preferredLanguage(navigator.languages);
const messages = MESSAGES[language];
document.documentElement.lang = language;
document.title = messages.title;

createApp(ConfirmPage, { language, messages, purpose: purposeOf(location.search) }).mount('#app');
