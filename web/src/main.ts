import { createApp } from 'vue';
import ConfirmPage from './components/confirm-page.vue';
import { pageLanguage } from './language';
import { MESSAGES } from './messages';

const language = pageLanguage(navigator.languages);
const messages = MESSAGES[language];
document.documentElement.lang = language;
document.title = messages.title;

createApp(ConfirmPage, { language, messages }).mount('#app');
