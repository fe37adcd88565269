import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [vue()],
  build: {
    emptyOutDir: true,
    rollupOptions: { input: ['vue.html', 'react.html'].map((page) => join(import.meta.dirname, page)) },
  },
});
