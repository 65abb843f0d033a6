// The libraries that run in the browser.

/** By the name of their file: what they are imported as. */
export const libraries: Readonly<Record<string, string>> = { preact: 'preact', hooks: 'preact/hooks', htm: 'htm' };
