export const NAMED = [];
