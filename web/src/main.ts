import { createApp } from 'vue';
import { preferredLanguage } from '../../packages/client/src/create-verification';
import ConfirmPage from './components/confirm-page.vue';
import { createHandOver } from './hand-over';
import { MESSAGES } from './messages';
import { applyColours, readPageConfig } from './page-config';
import { purposeOf } from './purpose';

const config = readPageConfig();
const language = preferredLanguage(navigator.languages);
const messages = MESSAGES[language];
const purpose = purposeOf(location.search, config.settings.purposes);
const handOver = createHandOver(config.handOver, purpose);

document.documentElement.lang = language;
document.title = config.brand.name ? `${messages.title} · ${config.brand.name}` : messages.title;
applyColours(config.brand);

createApp(ConfirmPage, { language, messages, purpose, config, handOver }).mount('#app');
