// `import text from './x.sql' with { type: 'text' }`: esbuild and vitest turn the file into a string.
declare module '*.sql' {
  const text: string;
  export default text;
}

// The built-in price list.
declare module '*.tsv' {
  const text: string;
  export default text;
}
