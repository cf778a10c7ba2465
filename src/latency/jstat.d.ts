/** The part of jStat that is used; it has no types of its own. */
declare module 'jstat' {
  const jstat: {
    readonly jStat: { readonly studentt: { inv(p: number, degreesOfFreedom: number): number } };
  };
  export default jstat;
}
