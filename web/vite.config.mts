import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Everything is a file of its own origin, so that the Content-Security-Policy needs no exception.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  server: {
    proxy: { '/graphql': 'http://localhost:4000', '/dev': 'http://localhost:4000' },
  },
});
