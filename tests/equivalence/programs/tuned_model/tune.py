"""Train all parameters a little and save them, as a lab did long before it migrates."""

import torch
import esm

torch.manual_seed(3)
model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
converter = alphabet.get_batch_converter()
_, _, tokens = converter([("a", "MKTVRQERLKSIVRILER"), ("b", "MSEQ")])
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(tokens)["logits"].flatten(0, 1), tokens.flatten())
    loss.backward()
    optimizer.step()
torch.save(model.state_dict(), "tuned.pt")
