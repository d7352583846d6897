/** The staff page at `/desk/`. */
export {};
