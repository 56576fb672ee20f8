// What @elastic/elasticsearch takes from apache-arrow. Its ES|QL helper alone calls this, and logboom never calls that helper.
const missing = () => {
  throw new Error(
    'apache-arrow is not installed: remove "stubs/*" from the workspaces in package.json to use it.',
  );
};

exports.tableFromIPC = missing;
exports.AsyncRecordBatchStreamReader = { from: missing };
