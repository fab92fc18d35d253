// What Vite adds to a module: style sheets that are imported, and `import.meta.hot`.
/// <reference types="vite/client" />
