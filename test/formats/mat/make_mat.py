"""Makes the MAT files of the tests with SciPy: python3 make_mat.py > files.ts"""
import base64
import os
import tempfile

import numpy as np
from scipy.io import savemat

folder = tempfile.mkdtemp()


def save(name, variables, compressed=False):
    path = os.path.join(folder, name)
    savemat(path, variables, do_compression=compressed)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 5.0 MAT-file, made by SciPy".ljust(116))


t = np.array([10, 20, 20, 2**40])
x = np.array([1, 34, 2, 5])
y = np.array([3, 1, 34, 9])
p = np.array([1, 2, 2, 1])
# As MATLAB's readers of N-MNIST make it: doubles, places from 1, 2 is ON.
td = {"x": x.astype(float), "y": y.astype(float), "p": p.astype(float), "ts": t.astype(float)}
save("td.mat", {"label": "five", "TD": td})
save("td-compressed.mat", {"TD": td, "other": np.zeros((3, 3))}, compressed=True)
save("signed.mat", {"data": {"events": {"x": (x - 1).astype(np.uint16), "y": (y - 1).astype(np.uint16), "pol": (2 * p - 3).astype(np.int8), "t": t}}})
save("matrix.mat", {"events": np.stack([x - 1, y - 1, p - 1, t], axis=1).astype(float)})
save("none.mat", {"a": np.zeros((2, 3))})

print("/** By make_mat.py; do not edit. */\n\n/** Files in base64. */\nexport const FILES: Readonly<Record<string, string>> = {")
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), "rb") as file:
        print(f"  '{name}':\n    '{base64.b64encode(file.read()).decode()}',")
print("};")
