import { defineConfig } from 'vite';

export default defineConfig({
  // The server mounts the page here, and its content security policy allows scripts from nowhere else.
  base: '/graphiql/',
  build: {
    // Monaco, the editor inside GraphiQL, is large by nature; the files are served from the same machine and kept for ever.
    chunkSizeWarningLimit: 6000,
    // A file turned into a data: address would need an exception in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" in React libraries means nothing to a page without server components.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
