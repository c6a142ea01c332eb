// Stands for a module that is optional to GraphiQL's libraries and not used here.
export default undefined;
